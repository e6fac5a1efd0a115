import type { Letter } from '@icloud-delivery/engine'
import { visible } from '../output/visible.ts'

/** A letter as text: where it goes and its subject, then what it says. */
export function letterText({ to, urls, subject, text }: Letter): string {
  const head = [
    ...(to === null ? [] : [`To: ${to}`]),
    ...urls.map((url) => `Form: ${visible(url)}`),
    `Subject: ${visible(subject)}`,
  ]
  return `${head.join('\n')}\n\n${shown(text)}\n`
}

/** Lines of text that are safe in a terminal. */
export function shown(text: string): string {
  return text.trimEnd().split('\n').map(visible).join('\n')
}
