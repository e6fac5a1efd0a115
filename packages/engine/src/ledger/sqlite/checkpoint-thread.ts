// The thread that brings the write-ahead log into the file: started by `Checkpoints`.
import { statSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointAnswer, CheckpointThreadData } from './checkpoints.ts'
import { connect } from './sqlite-open.ts'

/**
 * While others write, a checkpoint never gets to the end of the log, and only then can the log begin anew. So from this
 * size on the rest is done under the lock that writers take.
 */
const emptyFromBytes = 24 << 20
/** How long to wait for that lock, and for those who still read the log, ms. Writers wait as long. */
const lockWaitMs = 50
/** How long to wait for a lock at the start, ms. */
const startWaitMs = 2000
/**
 * How often to try to empty the log, each time with as long a wait at most. No bound of time: with a slow disk one pass takes
 * seconds, and the log would go on growing.
 */
const mostTries = 40
/** How long to wait for another process that is doing the same, ms, and how long until the next look at it. */
const othersMs = 10_000
const lookMs = 10

const { file, identity } = workerData as CheckpointThreadData
const port = parentPort!
const database = connect(file, startWaitMs, identity)
database.exec(`PRAGMA busy_timeout = ${lockWaitMs}`)
const pause = new Int32Array(new SharedArrayBuffer(4))
let emptyFrom = emptyFromBytes

port.on('message', (request: 'checkpoint' | 'close') => {
  checkpoint('PASSIVE')
  if (request === 'close') {
    database.close()
    port.close()
    return
  }
  const done: CheckpointAnswer = logBytes() < emptyFrom || empty() ? 'done' : 'blocked'
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port.postMessage(done)
})

/** False if somebody reads the log for long, such as a backup: not again before the log has grown as much. */
function empty(): boolean {
  let tries = 0
  let waited = 0
  while (logBytes() >= emptyFromBytes && tries < mostTries && waited < othersMs) {
    // What was written during the pass before: the less is left, the shorter all wait.
    checkpoint('PASSIVE')
    const result = checkpoint('TRUNCATE')
    if (result === 'done') break
    if (result === 'others') waited += lookMs
    else tries++
    Atomics.wait(pause, 0, 0, result === 'others' ? lookMs : 1 + Math.random() * 3)
  }
  const left = logBytes()
  emptyFrom = left < emptyFromBytes ? emptyFromBytes : left + emptyFromBytes
  return left < emptyFromBytes
}

/**
 * `done` to the end; `others`: another process makes one. What stands in the log is safe there, so whatever went wrong, it is
 * tried again another time, for example when the disk is no longer full.
 */
function checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): 'done' | 'busy' | 'others' {
  try {
    const row = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get()
    if (row?.busy === 0) return 'done'
    // It has not come so far as to see the log.
    return row?.log === -1 ? 'others' : 'busy'
  } catch {
    return 'busy'
  }
}

function logBytes(): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
}
