import { createRequire } from 'node:module'
import type { Transporter } from 'nodemailer'

const require = createRequire(import.meta.url)

/** Of any major: those before 10 have no types of their own. */
export interface Nodemailer {
  createTransport(options: object): Transporter
}

/** Each major that is supported, with its number. */
export const versions: [string, Nodemailer][] = [
  ['7', require('nodemailer-7') as Nodemailer],
  ['8', require('nodemailer-8') as Nodemailer],
  ['9', require('nodemailer-9') as Nodemailer],
  ['10', require('nodemailer') as Nodemailer],
]
