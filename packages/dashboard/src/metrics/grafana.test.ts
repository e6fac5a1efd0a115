import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { replies, world } from '../world.test.fixture.ts'

const file = path.resolve(import.meta.dirname, '../../grafana/icloud-delivery.json')
const readme = path.resolve(import.meta.dirname, '../../README.md')

interface Panel {
  id: number
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets: { expr: string }[]
}

it('every metric and label that the Grafana dashboard names is in /metrics, and in the README', async () => {
  const w = await world()
  try {
    await w.reply(replies.blocked)
    const text = await (await w.get('/metrics')).text()
    const { panels, templating } = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: Panel[]
      templating: { list: { query: string }[] }
    }
    const asked = [
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...templating.list.map(({ query }) => query),
    ]
    const names = new Set(asked.join(' ').match(/\bicloud_\w+/g))
    const served = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name))
    expect([...names].filter((name) => !served.has(name))).toEqual([])
    // And each of ours is shown, and documented.
    expect([...served].filter((name) => !names.has(name ?? ''))).toEqual([])
    const words = readFileSync(readme, 'utf8')
    expect([...served].filter((name) => !words.includes(`\`${name}\``))).toEqual([])
  } finally {
    await w.close()
  }
})

it('its panels have ids of their own and lie side by side', () => {
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { panels: Panel[] }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const { title, gridPos } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect([title, x < 24, taken.has(`${x} ${y}`)]).toEqual([title, true, false])
        taken.add(`${x} ${y}`)
      }
    }
  }
})
