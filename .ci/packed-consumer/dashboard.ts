import { createEngine } from '@icloud-delivery/engine'
import { startDashboard } from '@icloud-delivery/dashboard'

const engine = createEngine({ ledger: 'memory:' })
const dashboard = await startDashboard({ engine, port: 0 })
const { status } = await fetch(dashboard.url)
await dashboard.close()
await engine.close()
if (status !== 200) throw new Error(`dashboard: ${status}`)
