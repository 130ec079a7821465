import { gcKinds } from '../label-values.ts';
import { type MetricTable, TURN_SECONDS } from './definition.ts';

export const processMetrics = {
  quire_build_info: {
    type: 'gauge',
    section: 'process',
    unit: 'flag',
    label: { name: 'version', values: ['its own'] },
    help: 'Always 1; the label is the version of the server.',
  },
  quire_event_loop_lag_seconds: {
    type: 'histogram',
    section: 'process',
    unit: 'seconds',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    help: 'The longest that the event loop was held up within each second; one observation a second.',
  },
  quire_event_loop_lag_p99_seconds: {
    type: 'gauge',
    section: 'process',
    unit: 'seconds',
    help: 'The 99th percentile of how long the event loop was held up, within the last full second.',
  },
  quire_event_loop_active_seconds_total: {
    type: 'counter',
    section: 'process',
    unit: 'seconds',
    help: 'Time in which the event loop worked; its rate is the utilisation, from 0 to 1.',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    section: 'process',
    unit: 'seconds',
    help: 'CPU time of all threads, user and system.',
  },
  process_cpu_user_seconds_total: {
    type: 'counter',
    section: 'process',
    unit: 'seconds',
    help: 'CPU time of all threads in the program itself.',
  },
  process_cpu_system_seconds_total: {
    type: 'counter',
    section: 'process',
    unit: 'seconds',
    help: 'CPU time of all threads in the kernel: reading from and writing to sockets, most of all.',
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    section: 'process',
    unit: 'bytes',
    help: 'Memory that the process has in RAM.',
  },
  process_virtual_memory_bytes: {
    type: 'gauge',
    section: 'process',
    unit: 'bytes',
    help: 'Address space that the process has reserved, much of it never used. Only on Linux.',
  },
  process_start_time_seconds: {
    type: 'gauge',
    section: 'process',
    unit: 'timestamp',
    help: 'When the process started, in seconds since 1970.',
  },
  process_open_fds: {
    type: 'gauge',
    section: 'process',
    unit: 'items',
    help: 'Open file descriptors: sockets and files. Only where the kernel tells without listing them (Linux 6.2).',
  },
  process_max_fds: {
    type: 'gauge',
    section: 'process',
    unit: 'items',
    help: 'Most file descriptors that the process may have open.',
  },
  quire_log_lines_dropped_total: {
    type: 'counter',
    section: 'process',
    unit: 'items',
    help: 'Lines of the log that were left out: whoever reads it does not, and 1 MiB waits already.',
  },
  nodejs_heap_size_total_bytes: {
    type: 'gauge',
    section: 'process',
    unit: 'bytes',
    help: 'Memory that V8 has for JavaScript objects.',
  },
  nodejs_heap_size_used_bytes: {
    type: 'gauge',
    section: 'process',
    unit: 'bytes',
    help: 'Memory that JavaScript objects use.',
  },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    section: 'process',
    unit: 'bytes',
    help: 'Memory that JavaScript objects hold outside of the heap: buffers, most of all.',
  },
  nodejs_gc_duration_seconds: {
    type: 'histogram',
    section: 'process',
    unit: 'seconds',
    label: { name: 'kind', values: gcKinds },
    buckets: TURN_SECONDS,
    help: 'How long the garbage collector held up JavaScript.',
  },
} as const satisfies MetricTable;
