import { withIcloud, type TransporterLike } from 'nodemailer-icloud'

/** Wraps a transporter with the default options; only the look-ups of domains stay on this machine. */
export function wrap<T extends TransporterLike>(transporter: T): T {
  return withIcloud(transporter, { resolveMx: async () => [{ exchange: 'mx.example.com', priority: 10 }] })
}
