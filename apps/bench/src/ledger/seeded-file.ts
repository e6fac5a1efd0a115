import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteLedger } from '@icloud-delivery/engine'

const files = new Map<number, string>()
let directory: string | null = null

/**
 * An SQLite ledger that knows so many addresses. It is made once and gone when the process ends; whoever measures with it
 * may write to it, as outcomes only replace what is known about an address.
 */
export async function seededFile(addresses: number): Promise<string> {
  const made = files.get(addresses)
  if (made !== undefined) return made
  directory ??= temporaryDirectory()
  const file = path.join(directory, `${addresses}.db`)
  await (await sqliteLedger(file)).close()
  const database = new DatabaseSync(file)
  // In the order of the keys: ten million of them take a quarter of a minute.
  database.exec(`
    PRAGMA synchronous = OFF; PRAGMA cache_size = -100000;
    INSERT INTO entries (key, version, value)
      WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${addresses})
      SELECT 'recipient/anna' || n || '@icloud.com' AS address, 1, '{"deliveredAt":1772323200000}'
      FROM numbers ORDER BY address;
    PRAGMA wal_checkpoint(TRUNCATE)`)
  database.close()
  files.set(addresses, file)
  return file
}

/** How often the recipients in the file have been written. */
export function writesTo(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  const { writes } = database
    .prepare(`SELECT sum(version) AS writes FROM entries WHERE key > 'recipient/' AND key < 'recipient0'`)
    .get() as { writes: number }
  database.close()
  return writes
}

function temporaryDirectory(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'icloud-bench-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}
