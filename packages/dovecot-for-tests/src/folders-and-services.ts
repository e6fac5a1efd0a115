import type { Configuration } from './configuration.ts'

/** The end of a configuration, in which 2.3 and 2.4 agree. */
export function foldersAndServices({ port, tlsPort, folders, accounts }: Configuration): string {
  // Without root nothing can change its root directory.
  const unchrooted = accounts.uid === process.getuid?.() ? ['imap-login', 'anvil'] : []
  return `namespace inbox {
  inbox = yes
  separator = /
${Object.entries(folders).map(mailbox).join('')}}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
${unchrooted.map((service) => `service ${service} {\n  chroot =\n}\n`).join('')}service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`
}

function mailbox([name, use]: [string, string | null]): string {
  const special = use === null ? '' : `    special_use = ${use}\n`
  return `  mailbox ${JSON.stringify(name)} {\n    auto = subscribe\n${special}  }\n`
}
