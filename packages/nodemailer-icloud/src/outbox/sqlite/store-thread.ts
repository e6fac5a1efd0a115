// The thread that has the file of an outbox: started by `StoreClient`. It waits for the disk and for the locks of other
// processes, so that the host's event loop does not.
import { parentPort, workerData } from 'node:worker_threads'
import { openStore } from './open-store.ts'
import { Store } from './store.ts'
import type { StoreReply, StoreRequest } from './request.ts'
import { storeError } from './store-error.ts'

/** How long after the last change the write-ahead log is emptied, ms. */
const tidyAfterMs = 500

const port = parentPort!
const file = workerData as string
let timer: NodeJS.Timeout | undefined

// oxlint-disable unicorn/require-post-message-target-origin -- a thread, not a window
try {
  const database = openStore(file)
  const store = new Store(database, file)
  port.on('message', (requests: readonly StoreRequest[] | 'close') => {
    clearTimeout(timer)
    if (requests === 'close') {
      store.tidy()
      database.close()
      port.close()
      return
    }
    const replies = store.run(requests)
    port.postMessage(replies, bodiesIn(replies))
    timer = setTimeout(() => store.tidy(), tidyAfterMs)
  })
  port.postMessage([{ ok: null }] satisfies StoreReply[])
} catch (error) {
  const { code, message } = storeError(error, file)
  port.postMessage([{ code, message }] satisfies StoreReply[])
  port.close()
}

/** What goes to the host without being copied. */
function bodiesIn(replies: readonly StoreReply[]): ArrayBuffer[] {
  return replies.flatMap((reply) => {
    const { messages } = ('ok' in reply && (reply.ok as { messages?: { body: Uint8Array | null }[] })) || {}
    return messages?.flatMap(({ body }) => (body ? [body.buffer as ArrayBuffer] : [])) ?? []
  })
}
