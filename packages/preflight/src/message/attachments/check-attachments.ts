import { found, type Finding } from '../../findings/finding.ts'
import { listed, shown } from '../../findings/shown.ts'
import type { MessageFile } from '../parsed-message.ts'
import { inspectFile } from './inspect-file.ts'
import { Budget } from './budget.ts'
import type { FileSighting } from './sighting.ts'

const mostFiles = 100

/** One finding for each kind of trouble in each file. */
export async function checkAttachments(files: readonly MessageFile[]): Promise<Finding[]> {
  const findings: Finding[] = []
  const budget = new Budget()
  for (const file of files.slice(0, mostFiles)) {
    const where = `attachment "${shown(file.name === '' ? file.type : file.name, 100)}"`
    const evidence = new Map<FileSighting['code'], string[]>()
    for (const sighting of await inspectFile(file.name, file.bytes, budget))
      evidence.set(sighting.code, [...(evidence.get(sighting.code) ?? []), sighting.evidence])
    for (const [code, seen] of evidence) findings.push(found(code, { where, evidence: listed(seen) }))
  }
  if (files.length > mostFiles)
    findings.push(
      found('content-not-checked', {
        where: 'attachments',
        evidence: `${files.length} files; ${mostFiles} were looked at`,
      }),
    )
  return findings
}
