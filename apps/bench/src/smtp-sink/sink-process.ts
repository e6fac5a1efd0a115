import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { serve } from '../serve.ts'
import { Dialogue } from './dialogue.ts'

/**
 * Asks for the port, waits until so many messages came since the last count and begins a new one, or asks how many
 * connections were open at most since that was asked last.
 */
export type SinkQuestion = { ask: 'port' } | { ask: 'count'; messages: number } | { ask: 'peak' }

let taken = 0
let open = 0
let peak = 0
let reached = (): void => {}

// Without no-delay the answers would wait for acknowledgements, and that would be all there is to measure.
const server = createServer({ noDelay: true }, (socket: Socket) => {
  const dialogue = new Dialogue()
  peak = Math.max(peak, ++open)
  // A connection is over when the client has closed it, and not when this process has tidied up.
  let isOver = false
  const over = (): void => {
    if (!isOver) open--
    isOver = true
  }
  socket.on('end', over).on('close', over)
  socket.setEncoding('latin1')
  // A client may hang up when it likes.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    const { text, messages, quit } = dialogue.read(chunk)
    if (text !== '') socket.write(text)
    if (quit) socket.end()
    taken += messages
    if (messages > 0) reached()
  })
  socket.write(Dialogue.greeting)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

serve(async (question: SinkQuestion): Promise<number> => {
  if (question.ask === 'port') return (server.address() as AddressInfo).port
  if (question.ask === 'peak') {
    const most = peak
    peak = open
    return most
  }
  if (taken < question.messages) {
    await new Promise<void>((resolve) => {
      reached = () => {
        if (taken >= question.messages) resolve()
      }
    })
    reached = () => {}
  }
  const count = taken
  taken = 0
  return count
})
