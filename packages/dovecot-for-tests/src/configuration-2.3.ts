import { join } from 'node:path'
import type { Configuration } from './configuration.ts'
import { foldersAndServices } from './folders-and-services.ts'

/** In the words of Dovecot 2.3. */
export function configuration23(configuration: Configuration): string {
  const { directory, accounts } = configuration
  const at = (name: string): string => join(directory, name)
  const { internal, internalGroup, login, uid, gid } = accounts
  return `
base_dir = ${at('run')}
state_dir = ${at('state')}
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = ${internal}
default_internal_group = ${internalGroup}
default_login_user = ${login}
first_valid_uid = ${uid}
first_valid_gid = ${gid}
# A certificate for tests needs no parameters of its own.
ssl = yes
ssl_cert = <${at('certificate.pem')}
ssl_key = <${at('key.pem')}
disable_plaintext_auth = no
auth_mechanisms = plain login
# Wrong passwords are answered at once.
auth_failure_delay = 0 secs
mail_location = maildir:~/Maildir
mail_fsync = never
postmaster_address = postmaster@example.com
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${at('users')}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${at('mail')}/%u
}
${foldersAndServices(configuration)}`
}
