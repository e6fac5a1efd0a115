import { OutboxError } from '../outbox-error.ts'

/** Node's own SQLite, without the warning of Node 22 that it is experimental. */
export function loadSqlite(): typeof import('node:sqlite') {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  process.emitWarning = () => {}
  try {
    const sqlite = process.getBuiltinModule?.('node:sqlite')
    if (sqlite) return sqlite
  } finally {
    if (own) Object.defineProperty(process, 'emitWarning', own)
    else Reflect.deleteProperty(process, 'emitWarning')
  }
  throw new OutboxError(
    'EOUTBOXFILE',
    `an outbox in a file needs Node 22.18 or newer, found ${process.version}`,
  )
}
