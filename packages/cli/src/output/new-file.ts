import { randomUUID } from 'node:crypto'
import { createWriteStream, linkSync, lstatSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError, codeOf } from '../cli-error.ts'

/**
 * Writes a file that appears when it is complete, for its owner alone (it may hold addresses). Nothing is overwritten.
 *
 * @throws CliError `EFILE`
 */
export async function writeNewFile(
  path: string,
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })) throw taken(path)
  const partial = `${path}.${randomUUID()}.partial`
  try {
    await pipeline(Readable.from(pieces), createWriteStream(partial, { mode: 0o600, flags: 'wx' }))
    // Unlike a new name for the same file, this fails if somebody was faster.
    linkSync(partial, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(path)
    if (error instanceof Error && 'syscall' in error)
      throw new CliError('EFILE', `${path} cannot be written: ${error.message}`, { cause: error })
    throw error
  } finally {
    rmSync(partial, { force: true })
  }
}

function taken(path: string): CliError {
  return new CliError('EFILE', `${path} exists, and is not overwritten: name another file`)
}
