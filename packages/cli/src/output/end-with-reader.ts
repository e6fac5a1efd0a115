import type { Writable } from 'node:stream'
import { exitCodes } from '../exit-codes.ts'
import { visible } from './visible.ts'

/** Ends the process when nobody reads any more, as `| head` does: quietly, since that is no mistake. */
export function endWithReader(output: Writable): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.fine)
    console.error(`icloud-delivery: cannot write the output: ${visible(error.message)}`)
    process.exit(exitCodes.trouble)
  })
}
