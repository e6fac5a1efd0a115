import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'

/** Who runs what. */
export interface Accounts {
  /** Dovecot's own processes. */
  internal: string
  internalGroup: string
  /** Processes that have not logged in anybody yet. */
  login: string
  /** The owner of all mail: Dovecot never serves root's. */
  uid: number
  gid: number
}

/** Root has to give its rights away, to the users of Debian's package; anybody else keeps them. */
export function accountsHere(): Accounts {
  const { uid, gid, username } = userInfo()
  if (uid !== 0) {
    const internalGroup = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
    return { internal: username, internalGroup, login: username, uid, gid }
  }
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'dovecot'], { encoding: 'utf8' }))
  return {
    internal: 'dovecot',
    internalGroup: 'dovecot',
    login: 'dovenull',
    uid: idOf('-u'),
    gid: idOf('-g'),
  }
}
