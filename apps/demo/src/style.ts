import { styleText } from 'node:util'

/** Colours for one output: none unless it is a terminal, and as NO_COLOR and FORCE_COLOR ask. */
export interface Style {
  bold: (text: string) => string
  dim: (text: string) => string
  good: (text: string) => string
  wait: (text: string) => string
  bad: (text: string) => string
}

/** The colours for `stream`. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      styleText(format, text, { stream })
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    wait: paint('yellow'),
    bad: paint('red'),
  }
}
