import type { PlacementResult } from './seed.ts'

/** What is remembered of a seed, beside the mark in its recipient's state. */
export interface SeedState {
  /** ms since the epoch. */
  turnAt: number
  results?: readonly PlacementResult[]
}

export const seedPrefix = 'seed/'

/** The ledger key. */
export function seedKey(address: string): string {
  return seedPrefix + address
}

/** A new result has pushed the oldest one out by then. */
export const mostResults = 200
