import type { MailAccount } from './mail-account.ts'

/** A text of a server or of the network, without the password, should it stand there in any of the forms that are sent. */
export function withoutSecrets(text: string, { password, user, address }: MailAccount): string {
  const names = [...new Set([user ?? address, address, address.slice(0, address.lastIndexOf('@'))])]
  const forms = [
    ...names.map((name) => Buffer.from(`\0${name}\0${password}`).toString('base64')),
    Buffer.from(password).toString('base64'),
    password.replaceAll(/["\\]/g, '\\$&'),
    password,
  ]
  let clean = text
  for (const form of forms) clean = clean.replaceAll(form, '[hidden]')
  return clean
}
