import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { OutboxError } from '../outbox-error.ts'
import type { Held, StoreAnswers, StoreReply, StoreRequest } from './request.ts'
import { storeError } from './store-error.ts'
import { prepareStatements } from './statements.ts'

type Request<Op extends StoreRequest['op']> = Extract<StoreRequest, { op: Op }>
type Answer<Op extends StoreRequest['op']> = StoreAnswers[Op]

/** Bytes of bodies that one claim takes at most, the first one apart. */
const mostBytes = 32 << 20
/** Messages in one page of a list. */
const pageSize = 200

/** The transactions of an outbox in a file. It decides nothing, and waits for the disk: for a thread of its own. */
export class Store {
  readonly #database: DatabaseSync
  readonly #file: string
  readonly #statements: Record<keyof ReturnType<typeof prepareStatements>, StatementSync>
  #waitsForDisk = true

  constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#file = file
    this.#statements = prepareStatements(database)
  }

  /** All requests in one transaction, which is on the disk when this returns. One that fails fails alone. */
  run(requests: readonly StoreRequest[]): StoreReply[] {
    try {
      return this.#commit(requests)
    } catch (error) {
      if (requests.length > 1) return requests.flatMap((request) => this.run([request]))
      const { code, message } = storeError(error, this.#file)
      return [{ code, message }]
    }
  }

  /** Empties the write-ahead log, so that what was deleted is not in there any more either. Not if somebody reads it. */
  tidy(): void {
    this.#database.exec('PRAGMA busy_timeout = 0')
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // The log is as safe as the file.
    } finally {
      this.#database.exec('PRAGMA busy_timeout = 10000')
    }
  }

  #commit(requests: readonly StoreRequest[]): StoreReply[] {
    // A claim that a power cut undoes is no harm: the worker is gone as well.
    this.#waitForDisk(
      requests.some(({ op }) => op !== 'claim' && op !== 'renew' && op !== 'size' && op !== 'list'),
    )
    this.#statements.begin.run()
    try {
      const replies = requests.map((request): StoreReply => {
        try {
          return { ok: this.#run(request) }
        } catch (error) {
          // A refusal of ours has written nothing; after an error of SQLite the transaction is in doubt.
          if (!(error instanceof OutboxError)) throw error
          return { code: error.code, message: error.message }
        }
      })
      this.#statements.commit.run()
      return replies
    } catch (error) {
      // SQLite ends the transaction by itself after some errors, such as a full disk.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #waitForDisk(wait: boolean): void {
    if (wait === this.#waitsForDisk) return
    this.#database.exec(`PRAGMA synchronous = ${wait ? 'FULL' : 'NORMAL'}`)
    this.#waitsForDisk = wait
  }

  #run(request: StoreRequest): unknown {
    switch (request.op) {
      case 'put':
        return this.#put(request)
      case 'claim':
        return this.#claim(request)
      case 'renew':
        for (const { id, lease } of request.held) this.#statements.renew.run(request.until, id, lease)
        return null
      case 'save':
        return this.#save(request)
      case 'release': {
        const { held, entry, dueAt } = request
        return changed(this.#statements.release.run(dueAt, entry, held.id, held.lease))
      }
      case 'finish':
        return this.#finish(request.held)
      case 'bury':
        return this.#bury(request)
      case 'list':
        return this.#list(request)
      case 'size':
        return this.#size()
      case 'cancel':
        return this.#cancel(request)
      case 'retryNow':
        return this.#retryNow(request)
    }
  }

  #put({ dueAt, lease, entry, body, key, maxMessages, maxBytes }: Request<'put'>): Answer<'put'> {
    const known = key === null ? undefined : (this.#statements.byKey.get(key) as { id: number } | undefined)
    if (known) return { id: known.id, isNew: false }
    const { waiting, dead, bytes } = this.#size()
    if (waiting + dead >= maxMessages)
      throw new OutboxError('EOUTBOXFULL', `${this.#file} holds ${waiting + dead} messages, its maxMessages`)
    if (bytes + body.length > maxBytes) {
      const about = `${this.#file} holds ${bytes} bytes; with ${body.length} more it were over its maxBytes`
      throw new OutboxError('EOUTBOXFULL', about)
    }
    const id = Number(this.#statements.add.run(dueAt, lease, body.length, entry, key).lastInsertRowid)
    this.#statements.addBody.run(id, body)
    return { id, isNew: true }
  }

  #claim({ now, until, limit, lease }: Request<'claim'>): Answer<'claim'> {
    const { due, take, body, nextDue } = this.#statements
    const messages: Answer<'claim'>['messages'] = []
    let bytes = 0
    for (const row of due.all(now, limit) as unknown as { id: number; bytes: number; entry: string }[]) {
      bytes += row.bytes
      if (messages.length > 0 && bytes > mostBytes) break
      take.run(until, lease, row.id)
      const found = body.get(row.id) as { body: Uint8Array } | undefined
      messages.push({ ...row, body: found?.body ?? null })
    }
    const next = nextDue.get() as { at: number | null }
    return { messages, nextAt: next.at }
  }

  #save({ held: { id, lease }, entry, dropBody }: Request<'save'>): boolean {
    if (!changed(this.#statements.save.run(entry, id, lease))) return false
    if (dropBody) {
      this.#statements.cut.run(id)
      this.#statements.dropBody.run(id)
    }
    return true
  }

  #finish({ id, lease }: Held): boolean {
    if (!changed(this.#statements.remove.run(id, lease))) return false
    this.#statements.dropBody.run(id)
    return true
  }

  #bury({ held: { id, lease }, entry, reason, dropBody }: Request<'bury'>): boolean {
    const row = this.#statements.one.get(id) as { bytes: number; entry: string } | undefined
    if (!row || !changed(this.#statements.remove.run(id, lease))) return false
    this.#statements.addDead.run(id, reason, dropBody ? 0 : row.bytes, entry ?? row.entry)
    if (dropBody) this.#statements.dropBody.run(id)
    return true
  }

  #list({ dead, after, now }: Request<'list'>): Answer<'list'> {
    if (dead) {
      const rows = this.#statements.deadPage.all(after, pageSize) as unknown as Answer<'list'>
      return rows.map((row) => ({ ...row, sending: false }))
    }
    const rows = this.#statements.page.all(after, pageSize) as unknown as (Answer<'list'>[number] & {
      lease: string | null
      due_at: number
    })[]
    return rows.map(({ id, entry, bytes, lease, due_at: dueAt }) => {
      return { id, entry, bytes, reason: null, sending: lease !== null && dueAt > now }
    })
  }

  #size(): Answer<'size'> {
    return { ...this.#statements.totals.get() } as unknown as Answer<'size'>
  }

  #cancel({ id, now }: Request<'cancel'>): boolean {
    const { removeIdle, removeDead, dropBody } = this.#statements
    if (!changed(removeIdle.run(id, now)) && !changed(removeDead.run(id))) return false
    dropBody.run(id)
    return true
  }

  #retryNow({ id, now }: Request<'retryNow'>): number {
    if (id === null) return Number(this.#statements.allDue.run().changes)
    if (changed(this.#statements.oneDue.run(id, now))) return 1
    if (!changed(this.#statements.revive.run(id))) return 0
    this.#statements.removeDead.run(id)
    return 1
  }
}

function changed({ changes }: { changes: number | bigint }): boolean {
  return Number(changes) > 0
}
