import type { Answer } from './child.ts'

type Answerer = (question: never) => unknown

/** Answers what the parent process asks through `Child`, one question after the other, until the parent goes. */
export function serve(answerer: Answerer): void {
  process.on('disconnect', () => process.exit())
  process.on('message', (question) => {
    reply(question, answerer).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
  })
}

async function reply(question: unknown, answerer: Answerer): Promise<void> {
  let message: Answer<unknown>
  try {
    message = { answer: await answerer(question as never) }
  } catch (error) {
    message = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  process.send?.(message)
}
