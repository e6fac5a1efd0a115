import { EngineError } from '../../errors.ts'

/** Node's own SQLite. Loaded when it is needed: who keeps the ledger in memory needs no Node that has it. */
export function loadSqlite(): typeof import('node:sqlite') {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning')
  // Node 22 warns that SQLite is experimental, which tells the user of a mail program nothing. Nothing else runs
  // between here and the end of `try`.
  process.emitWarning = () => {}
  try {
    const sqlite = process.getBuiltinModule?.('node:sqlite')
    if (sqlite) return sqlite
  } finally {
    if (own) Object.defineProperty(process, 'emitWarning', own)
    else Reflect.deleteProperty(process, 'emitWarning')
  }
  throw new EngineError(
    'ELEDGERFILE',
    `a ledger in a file needs Node 22.18 or newer, found ${process.version}; update Node or use memoryLedger()`,
  )
}
