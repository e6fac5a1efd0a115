import { found, type Finding } from '../../findings/finding.ts'
import { reason } from '../../findings/reason.ts'
import type { Scanner } from './scanner.ts'

/** All at once. One that gives no answer stops no other. */
export async function runScanners(scanners: readonly Scanner[], bytes: Uint8Array): Promise<Finding[]> {
  const findings = await Promise.all(
    scanners.map((scanner) =>
      scanner.scan(bytes).catch((error: unknown) => [
        found('scanner-no-answer', {
          where: scanner.name,
          evidence: reason(error),
        }),
      ]),
    ),
  )
  return findings.flat()
}
