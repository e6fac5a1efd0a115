import { createRequire } from 'node:module'

/** Version of the rules package in use. It is kept with what the rules decided. */
export const rulesVersion: string = (
  createRequire(import.meta.url)('@icloud-delivery/rules/package.json') as { version: string }
).version
