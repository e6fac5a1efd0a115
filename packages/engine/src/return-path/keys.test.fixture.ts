import type { ReturnPathKey } from './return-path-key.ts'
import { signReturnPath, type SignedReturnPath, type SignReturnPathOptions } from './sign-return-path.ts'
import { verifyReturnPath, type VerifiedReturnPath } from './verify-return-path.ts'
import type { ReturnPathOptions } from './return-path.ts'

export const k1: ReturnPathKey = { id: 'k1', secret: '1'.repeat(32) }
export const k2: ReturnPathKey = { id: 'k2', secret: new Uint8Array(32).fill(2) }
export const start: number = Date.UTC(2026, 0, 1)
export const day = 86_400_000

const options: ReturnPathOptions = { domain: 'mail.example.com', keys: [k1], clock: () => start }

export function sign(about: Partial<SignReturnPathOptions> = {}): SignedReturnPath {
  return signReturnPath({ ...options, recipient: 'anna@icloud.com', messageId: '<1@example.com>', ...about })
}

export function verify(address: string, about: Partial<ReturnPathOptions> = {}): VerifiedReturnPath {
  return verifyReturnPath(address, { ...options, ...about })
}
