import { createInterface } from 'node:readline/promises'
import { CliError } from '../cli-error.ts'

/**
 * Asks on a terminal whether to go on.
 *
 * @param question - says how many are touched, such as `Release 12 suppressions?`
 * @throws CliError `ENOTCONFIRMED` if the answer is no, or if nobody can be asked
 */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY)
    throw new CliError(
      'ENOTCONFIRMED',
      `${question} Nothing was changed: nobody can be asked here; say --yes`,
    )
  const prompt = createInterface({ input: stdin, output: stderr })
  try {
    const gone = new AbortController()
    prompt.on('close', () => gone.abort())
    const answer = await prompt.question(`${question} [y/N] `, { signal: gone.signal }).catch(() => '')
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    prompt.close()
  }
  throw new CliError('ENOTCONFIRMED', 'Nothing was changed.')
}
