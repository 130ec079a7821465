import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { root } from './compose-file.ts';

/** As Kubernetes names things. */
const name = z.string().regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
const labels = z.record(z.string().regex(/^[a-z0-9.-]+\/?[a-z0-9.-]*$/), z.string());
const quantity = z.string().regex(/^\d+(m|Mi|Gi)?$/);
const port = z.int().min(1).max(65_535);
const metadata = z.strictObject({ name, labels: labels.optional() });
const selector = z.strictObject({ matchLabels: labels });
const resources = z.strictObject({ cpu: quantity, memory: quantity, storage: quantity }).partial();

const variable = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.union([
      z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.literal('metadata.name') }) }),
      z.strictObject({ secretKeyRef: z.strictObject({ name, key: z.string() }) }),
    ]),
  }),
]);

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/'), port: name }),
  periodSeconds: z.int().min(1),
  timeoutSeconds: z.int().min(1).optional(),
  failureThreshold: z.int().min(1),
});

const container = z.strictObject({
  name,
  image: z.string(),
  ports: z.array(z.strictObject({ name, containerPort: port })),
  env: z.array(variable),
  volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith('/') })),
  lifecycle: z.strictObject({
    preStop: z.strictObject({
      exec: z.strictObject({ command: z.tuple([z.literal('sleep'), z.string().regex(/^\d+$/)]) }),
    }),
  }),
  readinessProbe: probe,
  livenessProbe: probe,
  resources: z.strictObject({ requests: resources, limits: resources }),
});

const podTemplate = z.strictObject({
  metadata: z.strictObject({ labels }),
  spec: z.strictObject({
    terminationGracePeriodSeconds: z.int(),
    securityContext: z.strictObject({
      runAsNonRoot: z.boolean(),
      runAsUser: z.int(),
      runAsGroup: z.int(),
      fsGroup: z.int(),
    }),
    affinity: z.strictObject({
      podAntiAffinity: z.strictObject({
        preferredDuringSchedulingIgnoredDuringExecution: z.array(
          z.strictObject({
            weight: z.int().min(1).max(100),
            podAffinityTerm: z.strictObject({ topologyKey: z.string(), labelSelector: selector }),
          }),
        ),
      }),
    }),
    containers: z.array(container).length(1),
  }),
});

const statefulSet = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('StatefulSet'),
  metadata,
  spec: z.strictObject({
    serviceName: name,
    replicas: z.int().min(1),
    podManagementPolicy: z.enum(['OrderedReady', 'Parallel']),
    updateStrategy: z.strictObject({ type: z.enum(['RollingUpdate', 'OnDelete']) }),
    selector,
    template: podTemplate,
    volumeClaimTemplates: z.array(
      z.strictObject({
        metadata,
        spec: z.strictObject({
          accessModes: z.array(z.enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'])),
          resources: z.strictObject({ requests: resources }),
        }),
      }),
    ),
  }),
});

const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    clusterIP: z.literal('None').optional(),
    publishNotReadyAddresses: z.boolean().optional(),
    selector: labels,
    ports: z.array(z.strictObject({ name, port, targetPort: name.optional() })).min(1),
  }),
});

const podDisruptionBudget = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata,
  spec: z.strictObject({ maxUnavailable: z.int().min(1), selector }),
});

/** Values of annotations are texts, or the API server refuses them. Times of this controller are in seconds. */
const seconds = z.string().regex(/^\d+$/);
const onOrOff = z.enum(['on', 'off']);
const annotations = z
  .strictObject({
    'nginx.ingress.kubernetes.io/upstream-hash-by': z.string().startsWith('$'),
    'nginx.ingress.kubernetes.io/proxy-connect-timeout': seconds,
    'nginx.ingress.kubernetes.io/proxy-read-timeout': seconds,
    'nginx.ingress.kubernetes.io/proxy-send-timeout': seconds,
    'nginx.ingress.kubernetes.io/proxy-buffering': onOrOff,
    'nginx.ingress.kubernetes.io/proxy-request-buffering': onOrOff,
    'nginx.ingress.kubernetes.io/proxy-body-size': z.string().regex(/^\d+[km]?$/),
    'nginx.ingress.kubernetes.io/proxy-next-upstream': z.literal('off'),
  })
  .partial();

const ingressPath = z.strictObject({
  path: z.string().startsWith('/'),
  pathType: z.enum(['Prefix', 'Exact', 'ImplementationSpecific']),
  backend: z.strictObject({ service: z.strictObject({ name, port: z.strictObject({ name }) }) }),
});

const ingress = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('Ingress'),
  metadata: metadata.extend({ annotations }),
  spec: z.strictObject({
    ingressClassName: name,
    rules: z.array(z.strictObject({ host: z.string(), http: z.strictObject({ paths: z.array(ingressPath).min(1) }) })),
  }),
});

/** The part of the APIs of Kubernetes, and of ingress-nginx, that our file makes use of, and not a word more. */
const resourceSchema = z.discriminatedUnion('kind', [statefulSet, service, podDisruptionBudget, ingress]);

export type Resource = z.infer<typeof resourceSchema>;
export type Kind = Resource['kind'];

/** @throws {z.ZodError} when it says something that its schema has no word for */
export function readKubernetesFile(path: string): readonly Resource[] {
  const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8'));
  return documents.map((document) => resourceSchema.parse(document.toJS()));
}
