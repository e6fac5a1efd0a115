import type { Ledger } from './ledger.ts'
export async function sqliteLedger(_file: string): Promise<Ledger> {
  throw new Error('soon')
}
