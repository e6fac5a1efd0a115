import { parser } from '@prometheus-io/lezer-promql'

/** What a query in PromQL asks for. */
export interface Asked {
  /** Where it cannot be parsed: has to stay empty. */
  mistakes: string[]
  metrics: string[]
  /** Labels that are matched or grouped by. */
  labels: string[]
}

/** Parses a query as Prometheus does. What Grafana puts in beforehand has to be put in already. */
export function parsePromQl(query: string): Asked {
  const asked: Asked = { mistakes: [], metrics: [], labels: [] }
  parser.parse(query).iterate({
    enter({ type, from, to, node }) {
      const text = query.slice(from, to)
      if (type.isError) asked.mistakes.push(`${query} at ${from}`)
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector') asked.metrics.push(text)
      if (type.name === 'LabelName') asked.labels.push(text)
    },
  })
  return asked
}
