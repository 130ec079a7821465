import { answerClasses } from '../label-values.ts';
import { type MetricTable, WAIT_SECONDS } from './definition.ts';

export const httpMetrics = {
  quire_http_requests_total: {
    type: 'counter',
    section: 'http',
    unit: 'items',
    label: { name: 'status', values: answerClasses },
    help: 'Requests to the HTTP API that were answered, by their status; 429: too many; 500: a fault of the server, or of its disk; 503: not now; 504: stored here, and not confirmed by other nodes.',
  },
  quire_http_request_duration_seconds: {
    type: 'histogram',
    section: 'http',
    unit: 'seconds',
    buckets: WAIT_SECONDS,
    help: 'How long requests to the HTTP API took until their answer began: the wait for others of the same document, for its load and for the disk included.',
  },
  quire_http_open_requests: {
    type: 'gauge',
    section: 'http',
    unit: 'items',
    help: 'Requests to the HTTP API whose answer has not begun.',
  },
  quire_http_open_reads: {
    type: 'gauge',
    section: 'http',
    unit: 'items',
    help: 'Contents of documents that are being made for the HTTP API or given out by it; beyond 16 more are refused.',
  },
  quire_http_body_bytes: {
    type: 'gauge',
    section: 'http',
    unit: 'bytes',
    help: 'Bytes of what was sent to the HTTP API for documents and is not stored yet; beyond 64 MiB more is refused.',
  },
} as const satisfies MetricTable;
