import './page-skeleton.css';

const widths = [42, 96, 100, 64, 92, 88];

/** While the code of a page is fetched: a bar and a sheet, as most pages have. Nothing at first, since it is often here at once. */
export function PageSkeleton() {
  return (
    <main className="page-skeleton">
      <div className="page-skeleton-sheet" role="status" aria-label="Loading the page">
        {widths.map((width) => (
          <span key={width} className="skeleton" style={{ width: `${width}%` }} />
        ))}
      </div>
    </main>
  );
}
