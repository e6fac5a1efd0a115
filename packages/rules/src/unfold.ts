import { codeAt, enhancedLength } from './reply-code.ts'

/**
 * Joins the lines of a folded field or of a multi-line reply by spaces. What each further line of a reply repeats, its
 * code and enhanced code (`550-5.1.1 `), is left out, so that words around the fold stand side by side.
 */
export function unfold(text: string): string {
  const lines: string[] = []
  let code = ''
  let enhanced = ''
  for (const raw of text.split(/[\r\n]+/)) {
    let line = raw.trim()
    if (line === '') continue
    if (codeAt(line, 0) > 0) {
      const lineCode = line.slice(0, 3)
      const rest = line.slice(4).trimStart()
      const lineEnhanced = rest.slice(0, enhancedLength(rest, 0))
      if (code === lineCode)
        line =
          lineEnhanced !== '' && lineEnhanced === enhanced
            ? rest.slice(lineEnhanced.length).trimStart()
            : rest
      else {
        code = lineCode
        enhanced = lineEnhanced
      }
    }
    lines.push(line)
  }
  // Joined at once, it is in one piece for those who read it character by character.
  return lines.join(' ')
}
