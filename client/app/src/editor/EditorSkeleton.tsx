import type { LoadingProgress } from '@quire/client';
import { LoadingBar } from './LoadingBar.tsx';

const lines = [42, 96, 100, 64, 0, 30, 92, 98, 88, 51];

export function EditorSkeleton({ loading }: { readonly loading?: LoadingProgress | undefined }) {
  return (
    <main>
      <div className="toolbar" aria-hidden="true" />
      <div className="desk">
        <div className="page is-loading">
          {loading !== undefined && <LoadingBar progress={loading} />}
          <div className="skeleton-lines" role="status" aria-label="Loading the document">
            {lines.map((width, index) => (
              <span
                key={`${width}`}
                className={index === 0 ? 'skeleton is-heading' : 'skeleton'}
                style={{ width: `${width}%` }}
              />
            ))}
          </div>
        </div>
      </div>
    </main>
  );
}
