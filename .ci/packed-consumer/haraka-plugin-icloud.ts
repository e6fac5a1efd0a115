import { createRequire } from 'node:module'
import type { Preflight } from 'haraka-plugin-icloud'

// As Haraka loads plugins.
const plugin: { register?: unknown } = createRequire(import.meta.url)('haraka-plugin-icloud')
if (typeof plugin.register !== 'function') throw new Error('haraka-plugin-icloud: no register')
export const preflight: Preflight = () => []
