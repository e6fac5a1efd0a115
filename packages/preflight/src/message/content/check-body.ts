import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'
import type { HtmlPart } from './read-html.ts'

/** What the HTML part is made of. */
export function checkBody({ text, images, forms, hasPasswordField, active }: HtmlPart): Finding[] {
  const where = 'HTML part'
  const findings: Finding[] = []
  if (forms > 0 || hasPasswordField)
    findings.push(
      found('html-form', { where, evidence: hasPasswordField ? 'a field for a password' : `${forms} form` }),
    )
  if (active.length > 0)
    findings.push(found('html-script', { where, evidence: listed(active.map((name) => `<${name}>`)) }))
  const letters = text.replace(/\s/g, '').length
  // A receipt with a logo has little text too; three images to a hundred words is what newsletters have.
  if (images > 0 && letters < 60 + 40 * Math.min(images, 10))
    findings.push(found('image-heavy', { where, evidence: `${images} images, ${letters} letters of text` }))
  return findings
}
