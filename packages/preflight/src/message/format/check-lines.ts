import { found, type Finding } from '../../findings/finding.ts'

/** What RFC 5322 says of lines and bytes. */
export function checkLines(bytes: Buffer): Finding[] {
  const findings: Finding[] = []
  const long = firstLongLine(bytes)
  if (long !== null)
    findings.push(
      found('line-too-long', {
        where: `line ${long.line}`,
        evidence: `${long.length} characters; 998 are allowed`,
      }),
    )
  const end = firstBareEnd(bytes)
  if (end !== null)
    findings.push(found('line-ending', { where: `byte ${end.at}`, evidence: `a bare ${end.what}` }))
  const nul = bytes.indexOf(0)
  if (nul !== -1) findings.push(found('nul-byte', { where: `byte ${nul}`, evidence: 'byte 0x00' }))
  return findings
}

function firstLongLine(bytes: Buffer): { line: number; length: number } | null {
  let line = 1
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf('\n', start)
    const length = (end === -1 ? bytes.length : end) - start - (bytes[end - 1] === 13 ? 1 : 0)
    if (length > 998) return { line, length }
    if (end === -1) return null
    start = end + 1
    line++
  }
  return null
}

function firstBareEnd(bytes: Buffer): { at: number; what: string } | null {
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at - 1] !== 13) return { at, what: 'LF' }
  }
  for (let at = bytes.indexOf(13); at !== -1; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] !== 10) return { at, what: 'CR' }
  }
  return null
}
