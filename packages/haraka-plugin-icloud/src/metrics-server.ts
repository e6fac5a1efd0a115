import { createServer, type Server } from 'node:http'
import type { Metrics } from './metrics.ts'
import type { Endpoint } from './option-kinds.ts'

/** Serves the numbers at `/metrics`, to whoever asks: it is meant for loopback. Keeps no process alive. */
export function serveMetrics(
  metrics: Metrics,
  { host, port }: Endpoint,
  { ready, failed }: { ready: (url: string) => void; failed: (why: string) => void },
): Server {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The numbers are at /metrics\n')
      return
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: unknown) => {
        failed(String(error))
        response
          .writeHead(500, { 'content-type': 'text/plain' })
          .end('The numbers cannot be had: see the log\n')
      },
    )
  })
  server.on('error', (error) => failed(error.message))
  server.listen(port, host, () => {
    const address = server.address()
    const actual = typeof address === 'object' && address !== null ? address.port : port
    ready(`http://${host}:${actual}/metrics`)
  })
  return server.unref()
}
