import { found, type Finding } from '../../findings/finding.ts'
import { listed, shown } from '../../findings/shown.ts'
import { parseMessage, type MessageFile } from '../parsed-message.ts'
import { notInspected } from './archive-sightings.ts'
import { Budget } from './budget.ts'
import { inspectFile } from './inspect-file.ts'
import type { FileSighting } from './sighting.ts'

const mostFiles = 100
/** Messages within messages. */
const mostDepth = 3

/** One finding for each kind of trouble in each file, those of attached messages included. */
export async function checkAttachments(files: readonly MessageFile[]): Promise<Finding[]> {
  const { findings, count } = await checkFiles(files, new Budget(), { depth: 0, within: '', room: mostFiles })
  if (count > mostFiles)
    findings.push(
      found('content-not-checked', {
        where: 'attachments',
        evidence: `${count} files; ${mostFiles} were looked at`,
      }),
    )
  return findings
}

interface Level {
  depth: number
  /** The attached message, for the reader. */
  within: string
  /** Files that may be looked at. */
  room: number
}

async function checkFiles(
  files: readonly MessageFile[],
  budget: Budget,
  { depth, within, room }: Level,
): Promise<{ findings: Finding[]; count: number }> {
  const findings: Finding[] = []
  let count = files.length
  let looked = 0
  for (const file of files) {
    if (looked >= room) break
    looked++
    const where = `attachment "${shown(file.name === '' ? file.type : file.name, 100)}"${within}`
    const sightings = await inspectFile(file.name, file.bytes, budget)
    if (file.type === 'message/rfc822') {
      if (depth >= mostDepth) sightings.push(notInspected('a message in a message in a message'))
      else {
        const inner = await parseMessage(Buffer.from(file.bytes), budget.lines)
        budget.lines -= inner.lines
        for (const { evidence } of inner.findings) sightings.push(notInspected(evidence))
        const level = { depth: depth + 1, within: ` in ${where}`, room: room - looked }
        const checked = await checkFiles(inner.message.files, budget, level)
        findings.push(...checked.findings)
        looked += Math.min(checked.count, level.room)
        count += checked.count
      }
    }
    findings.push(...findingsOf(sightings, where))
  }
  return { findings, count }
}

function findingsOf(sightings: readonly FileSighting[], where: string): Finding[] {
  const evidence = new Map<FileSighting['code'], string[]>()
  for (const sighting of sightings)
    evidence.set(sighting.code, [...(evidence.get(sighting.code) ?? []), sighting.evidence])
  return [...evidence].map(([code, seen]) => found(code, { where, evidence: listed(seen) }))
}
