import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { replies, world } from '../world.test.fixture.ts'
import { parsePromQl } from './promql.test.fixture.ts'

const read = (file: string): string => readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8')

interface Panel {
  id: number
  type: string
  title: string
  datasource: { type: string; uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  targets: { refId: string; expr: string; legendFormat: string; datasource: Panel['datasource'] }[]
  fieldConfig: {
    defaults: { unit?: string; thresholds?: { mode: string; steps: { value: number | null }[] } }
  }
}
interface Variable {
  name: string
  type: string
  query: string
}
const { uid, title, schemaVersion, panels, templating } = JSON.parse(
  read('grafana/icloud-delivery.json'),
) as {
  uid: string
  title: string
  schemaVersion: number
  panels: Panel[]
  templating: { list: Variable[] }
}
const targets = panels.flatMap((panel) => panel.targets.map((target) => ({ panel, ...target })))
/** What Grafana puts in before it asks. */
const filled = (query: string): string =>
  query.replaceAll('$__rate_interval', '1m').replaceAll('$lane', 'ip-1|ip-2')

/** The labels of each metric in /metrics. */
let served: Map<string, string[]>

beforeAll(async () => {
  const w = await world({}, { policy: { lanes: { 'ip-1': { warmUp: 'default' } } } })
  try {
    await w.get('/metrics')
    await w.deliver('anna@icloud.com', { lane: 'ip-1' })
    await w.reply(replies.blocked, 'emil@icloud.com', { lane: 'ip-2' })
    // The second one sees that the warm-up has begun.
    for (const stream of ['transactional', 'marketing']) {
      const entrance = await w.engine.enter({ lane: 'ip-1', stream })
      if (entrance.decision === 'go') entrance.slot.release()
    }
    await w.post('/api/actions/mark-important', { address: 'anna@icloud.com', important: true })
    const metrics = async (): Promise<string> => (await w.get('/metrics')).text()
    const isWhole = /icloud_dashboard_alerts_total\{[\s\S]*icloud_suppressed_addresses \d/
    const text = await vi.waitFor(
      async () => {
        const answer = await metrics()
        if (!isWhole.test(answer)) throw new Error(`not whole yet: ${answer}`)
        return answer
      },
      { timeout: 50_000 },
    )
    served = new Map(Array.from(text.matchAll(/^# TYPE (\S+) /gm), ([, name = '']) => [name, []]))
    for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? /gm))
      served.set(
        name,
        Array.from(labels.matchAll(/(\w+)="/g), ([, label = '']) => label),
      )
  } finally {
    await w.close()
  }
})

describe('the Grafana dashboard', () => {
  it.each(targets.map(({ panel, refId, expr, legendFormat }) => [panel.title, refId, expr, legendFormat]))(
    '%s, %s: is PromQL, and asks for metrics and labels that are there',
    (_, __, expr, legendFormat) => {
      const { mistakes, metrics, labels } = parsePromQl(filled(expr))
      expect(mistakes).toEqual([])
      expect(metrics).toHaveLength(1)
      const known = served.get(metrics[0] ?? '')
      expect([metrics[0], known]).toEqual([metrics[0], expect.any(Array)])
      expect(known).toEqual(expect.arrayContaining(labels))
      // A legend names only what the query leaves.
      const grouped = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []
      const named = Array.from(legendFormat.matchAll(/\{\{(.*?)\}\}/g), ([, label = '']) => label)
      expect(grouped).toEqual(expect.arrayContaining(named))
    },
  )

  it('finds its lanes by a label that is there', () => {
    const queries = templating.list.filter(({ type }) => type === 'query')
    expect(queries.map(({ name }) => name)).toEqual(['lane'])
    for (const { query } of queries) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? []
      expect(served.get(metric)).toContain(label)
    }
  })

  it('shows each metric of ours, and the README names it', () => {
    const shown = new Set(targets.flatMap(({ expr }) => parsePromQl(filled(expr)).metrics))
    const words = read('README.md')
    expect([...served.keys()].filter((name) => !shown.has(name))).toEqual([])
    expect([...served.keys()].filter((name) => !words.includes(`\`${name}\``))).toEqual([])
  })

  it('is what Grafana takes: panels of its own kinds, side by side, with the data source that one chooses', () => {
    expect(uid).toMatch(/^[\w-]{1,40}$/)
    expect(title).not.toBe('')
    expect(schemaVersion).toBeGreaterThanOrEqual(36)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const variables = new Set(templating.list.map(({ name }) => name))
    const source = { type: 'prometheus', uid: '${datasource}' }
    const taken = new Set<string>()
    for (const panel of panels) {
      const { x, y, w, h } = panel.gridPos
      expect(['stat', 'timeseries']).toContain(panel.type)
      expect([x >= 0, x + w <= 24, w > 0, h > 0]).toEqual([true, true, true, true])
      for (const one of [panel, ...panel.targets]) expect(one.datasource).toEqual(source)
      expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length)
      // The first step is the ground of all values.
      const steps = panel.fieldConfig.defaults.thresholds?.steps.map(({ value }) => value) ?? [null]
      expect(steps[0]).toBeNull()
      expect(steps.slice(1)).toEqual(steps.slice(1).toSorted((a, b) => Number(a) - Number(b)))
      for (let left = x; left < x + w; left++) {
        for (let top = y; top < y + h; top++) {
          expect([panel.title, taken.has(`${left} ${top}`)]).toEqual([panel.title, false])
          taken.add(`${left} ${top}`)
        }
      }
    }
    const used = Array.from(JSON.stringify(panels).matchAll(/\$\{?(?!__)(\w+)/g), ([, name = '']) => name)
    expect(used.filter((name) => !variables.has(name))).toEqual([])
  })
})
