import { connect, type Socket } from 'node:net'
import { found } from '../../findings/finding.ts'
import { milliseconds, port as portNumber, text } from '../../options/check.ts'
import { checkOptions, type Shape } from '../../options/check-options.ts'
import type { Scanner } from './scanner.ts'

export interface ClamavOptions {
  /** The socket of clamd, such as `/run/clamav/clamd.ctl`; or `host` and `port`. */
  socket?: string
  /** Default: 127.0.0.1. */
  host?: string
  /** Default: 3310. */
  port?: number
  /** ms for the whole scan. Default: 30000. */
  timeoutMs?: number
}

const chunkBytes = 64 * 1024

const shape: Shape<ClamavOptions> = {
  checks: {
    socket: text('the path of a socket'),
    host: text('a host name or IP'),
    port: portNumber,
    timeoutMs: milliseconds,
  },
}

/**
 * ClamAV, over the socket of clamd.
 *
 * @throws PreflightError `EARGUMENT`
 */
export function clamav(options: ClamavOptions = {}): Scanner {
  checkOptions('clamav', options, shape)
  const { socket, host = '127.0.0.1', port = 3310, timeoutMs = 30_000 } = options
  return {
    name: 'ClamAV',
    async scan(message) {
      const client = socket === undefined ? connect({ host, port }) : connect({ path: socket })
      const answer = await converse(client, message, timeoutMs)
      const [, name] = /^stream: (.+) FOUND$/.exec(answer) ?? []
      if (name !== undefined) return [found('malware-found', { where: 'ClamAV', evidence: name })]
      if (answer === 'stream: OK') return []
      throw new Error(`clamd answered: ${answer.slice(0, 200)}`)
    },
  }
}

/** Sends INSTREAM and gives the one line of the answer. */
function converse(client: Socket, message: Uint8Array, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const timer = setTimeout(() => client.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    client.setEncoding('utf8')
    client.on('data', (piece: string) => {
      answer += piece
      if (answer.includes('\0') || answer.length > 4096) client.end()
    })
    client.on('error', reject)
    client.on('close', () => {
      clearTimeout(timer)
      const line = answer.split('\0', 1)[0]?.trim() ?? ''
      // A refusal, such as that the stream is too large, comes while we still write, and the connection then breaks.
      if (line === '') reject(new Error('clamd closed the connection without an answer'))
      else resolve(line)
    })
    client.write('zINSTREAM\0')
    for (let at = 0; at < message.length; at += chunkBytes) {
      const chunk = message.subarray(at, at + chunkBytes)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(chunk.length)
      client.write(length)
      client.write(chunk)
    }
    client.write(Buffer.alloc(4))
  })
}
