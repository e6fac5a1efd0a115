import { join } from 'node:path'
import type { Configuration } from './configuration.ts'
import { foldersAndServices } from './folders-and-services.ts'

/** In the words of Dovecot 2.4, which knows none of 2.3’s for users, mail and TLS. */
export function configuration24(configuration: Configuration): string {
  const { directory, accounts } = configuration
  const at = (name: string): string => join(directory, name)
  const { internal, internalGroup, login, uid, gid } = accounts
  return `
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
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
ssl_server_cert_file = ${at('certificate.pem')}
ssl_server_key_file = ${at('key.pem')}
auth_allow_cleartext = yes
auth_mechanisms = plain login
# Wrong passwords are answered at once.
auth_failure_delay = 0 secs
mail_driver = maildir
mail_path = ~/Maildir
mail_fsync = never
postmaster_address = postmaster@example.com
passdb passwd-file {
  passwd_file_path = ${at('users')}
  default_password_scheme = PLAIN
}
userdb static {
  fields {
    uid = ${uid}
    gid = ${gid}
    home = ${at('mail')}/%{user}
  }
}
${foldersAndServices(configuration)}`
}
