import type { ReplyContext, Verdict } from './verdict.ts'
export function classify(_input: unknown, _context?: ReplyContext): Verdict { throw new Error('soon') }
