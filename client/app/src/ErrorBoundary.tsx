import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { AlertPage } from './ui/AlertPage.tsx';

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
      <AlertPage>
        <TriangleAlert aria-hidden />
        <h1>This page stopped working</h1>
        <p>Everything that was shown as “Saved” is on the server. Reloading usually helps.</p>
        <p className="not-loaded-detail">{this.state.error.message}</p>
        <button type="button" className="button is-primary" onClick={() => location.reload()}>
          Reload
        </button>
      </AlertPage>
    );
  }
}
