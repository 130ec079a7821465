import { accessRefusals } from '../label-values.ts';
import type { MetricTable } from './definition.ts';

export const accessMetrics = {
  quire_access_refusals_total: {
    type: 'counter',
    section: 'access',
    unit: 'items',
    label: { name: 'code', values: accessRefusals },
    help: 'Times that somebody was turned away, by whatever door they came: sockets, fresh tokens on them, and HTTP.',
  },
  quire_share_links: {
    type: 'gauge',
    section: 'access',
    unit: 'items',
    help: 'Share links in the registry; expired ones are taken away within ten minutes.',
  },
  quire_revocations: {
    type: 'gauge',
    section: 'access',
    unit: 'items',
    help: 'Revocations in the registry.',
  },
} as const satisfies MetricTable;
