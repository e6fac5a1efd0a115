import { subscribe } from 'node:diagnostics_channel'

let opened = 0
subscribe('net.client.socket', () => {
  opened += 1
})

/** How many TCP connections this process has begun, of whatever kind. Those that it accepted do not count. */
export function connectionsOpened(): number {
  return opened
}
