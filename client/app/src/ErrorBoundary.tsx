import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';

interface ErrorBoundaryState {
  readonly error: Error | null;
}

/** The last resort: a page that failed says so and offers the way back, instead of turning blank. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="not-loaded" role="alert">
        <TriangleAlert aria-hidden />
        <h1>This page stopped working</h1>
        <p>What you wrote is kept on this device and on the server. Reloading usually helps.</p>
        <p className="not-loaded-detail">{this.state.error.message}</p>
        <button type="button" className="button is-primary" onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
