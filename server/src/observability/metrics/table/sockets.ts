import { dialects, receivedKinds, sentKinds, sessionEnds, upgradeStatuses } from '../label-values.ts';
import { FRAME_BYTES, type MetricTable } from './definition.ts';

export const socketMetrics = {
  quire_sessions: {
    type: 'gauge',
    section: 'sockets',
    unit: 'items',
    label: { name: 'dialect', values: dialects },
    help: 'Sockets that are open.',
  },
  quire_sessions_opened_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'items',
    label: { name: 'dialect', values: dialects },
    help: 'Sockets that were opened.',
  },
  quire_sessions_closed_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'items',
    label: { name: 'code', values: sessionEnds },
    help: 'Sockets that ended, by the name of the close code with which the server ended them, or how else they did.',
  },
  quire_ping_timeouts_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'items',
    help: 'Sockets that were ended because a ping had no answer until the next one.',
  },
  quire_upgrade_failures_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'items',
    label: { name: 'status', values: upgradeStatuses },
    help: 'Requests for a WebSocket that were refused, by HTTP status; 426 came without the headers of an upgrade.',
  },
  quire_received_frames_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'items',
    label: { name: 'kind', values: receivedKinds },
    help: 'Messages from clients.',
  },
  quire_received_bytes_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'bytes',
    label: { name: 'kind', values: receivedKinds },
    help: 'Bytes of messages from clients, without the framing of WebSocket.',
  },
  quire_received_frame_bytes: {
    type: 'histogram',
    section: 'sockets',
    unit: 'bytes',
    buckets: FRAME_BYTES,
    help: 'Size of messages from clients.',
  },
  quire_sent_frames_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'items',
    label: { name: 'kind', values: sentKinds },
    help: 'Messages to clients, counted for each socket that they went to.',
  },
  quire_sent_bytes_total: {
    type: 'counter',
    section: 'sockets',
    unit: 'bytes',
    label: { name: 'kind', values: sentKinds },
    help: 'Bytes of messages to clients, without the framing of WebSocket.',
  },
  quire_sent_frame_bytes: {
    type: 'histogram',
    section: 'sockets',
    unit: 'bytes',
    buckets: FRAME_BYTES,
    help: 'Size of messages to clients.',
  },
  quire_unsent_bytes: {
    type: 'gauge',
    section: 'sockets',
    unit: 'bytes',
    help: 'Bytes that wait in this process for sockets to take them.',
  },
  quire_slow_sessions: {
    type: 'gauge',
    section: 'sockets',
    unit: 'items',
    help: 'Sockets that have bytes waiting for them.',
  },
} as const satisfies MetricTable;
