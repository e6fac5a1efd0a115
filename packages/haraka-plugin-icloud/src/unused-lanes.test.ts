import { resolvePolicy } from '@icloud-delivery/engine'
import { expect, it } from 'vitest'
import { readSettings } from './settings.ts'
import { unusedLanes } from './unused-lanes.ts'

it('names lanes that no mail goes over, and none that takes over for another', () => {
  const { settings } = readSettings({
    lanes: { marketing: 'bulk' },
    lane_ips: { default: '192.0.2.10', bulk: '192.0.2.11', spare: '192.0.2.12' },
    lane_helos: { bluk: 'bulk.example.com' },
  })
  const { lanes } = resolvePolicy({
    lanes: { bulk: { alternative: 'spare' }, spare: { warmUp: 'done' } },
  })
  expect(unusedLanes(settings, lanes)).toEqual([
    'config/icloud.ini [lane_helos] bluk: no mail goes over this lane; there are default, bulk, spare',
  ])
})
