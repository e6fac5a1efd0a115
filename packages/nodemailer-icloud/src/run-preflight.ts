import type { Job } from './job.ts'
import type { EnvelopeLike } from './nodemailer-shapes.ts'
import type { Preflight, PreflightFinding } from './preflight.ts'

/** More than Apple takes. */
const mostBytes = 26 << 20

/**
 * What is found about a mail before it is sent. A check that fails or takes too long is a finding itself, of severity `unknown`: it
 * keeps no mail back.
 */
export async function runPreflight(
  job: Job,
  { check, timeoutMs }: Preflight,
): Promise<readonly PreflightFinding[]> {
  const stop = new AbortController()
  let handle: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    handle = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    const findings = async (): Promise<readonly PreflightFinding[]> => {
      const mime = await read(job, stop.signal)
      return findingsIn(await check(mime, envelopeOf(job)))
    }
    return await Promise.race([findings(), late])
  } catch (error) {
    const evidence = error instanceof Error ? error.message : String(error)
    job.warn(`The preflight of ${job.messageId} failed, and the mail goes unchecked: ${evidence}`)
    return [failed(evidence)]
  } finally {
    clearTimeout(handle)
    stop.abort()
  }
}

/** @throws Error for what are no findings */
function findingsIn(answer: unknown): readonly PreflightFinding[] {
  const list = Array.isArray(answer)
    ? answer
    : (answer as { findings?: unknown } | null | undefined)?.findings
  if (Array.isArray(list) && list.every((one) => typeof (one as PreflightFinding | null)?.code === 'string'))
    return list as PreflightFinding[]
  throw new Error('the check gave no list of findings')
}

function failed(evidence: string): PreflightFinding {
  return {
    code: 'preflight-failed',
    severity: 'unknown',
    title: 'The check before the send failed',
    evidence: evidence.slice(0, 500),
    fix: 'Look at the function that is given as preflight.',
    where: 'preflight',
    risks: [],
  }
}

/** With the return path that Apple sees. */
function envelopeOf({ envelope, returnPaths, recipients, messageId }: Job): EnvelopeLike {
  const first = recipients.find(({ apple }) => apple)
  const from = first && returnPaths ? returnPaths.sign(first.address, messageId) : envelope.from
  return { ...envelope, from, to: [...envelope.to] }
}

async function read({ open }: Job, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const piece of open()) {
    const chunk = Buffer.from(piece as Buffer | string)
    chunks.push(chunk)
    size += chunk.length
    if (size >= mostBytes || signal.aborted) break
  }
  return Buffer.concat(chunks, Math.min(size, mostBytes))
}
