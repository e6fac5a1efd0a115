/**
 * Joins the lines of a folded field or of a multi-line reply by spaces. What each further line of a reply repeats, its
 * code and enhanced code (`550-5.1.1 `), is left out, so that words around the fold stand side by side.
 */
export function unfold(text: string): string {
  let joined = ''
  let code = ''
  let enhanced = ''
  for (const raw of text.split(/[\r\n]+/)) {
    let line = raw.trim()
    if (line === '') continue
    const lineCode = /^[245]\d\d(?=[ -]|$)/.exec(line)?.[0]
    if (lineCode !== undefined) {
      const rest = line.slice(4).trimStart()
      const lineEnhanced = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(rest)?.[0] ?? ''
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
    joined = joined === '' ? line : `${joined} ${line}`
  }
  return joined
}
