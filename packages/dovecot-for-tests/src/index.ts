export { DovecotServer } from './dovecot-server.ts'
export type { DovecotServerOptions } from './dovecot-server.ts'
export { findDovecot, hasDovecot, noDovecot } from './find-dovecot.ts'
