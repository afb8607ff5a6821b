package io.intramuros.web.portal;

/**
 * Where in a long table one is.
 *
 * @param page counted from 0
 * @param pageSize rows a page
 * @param totalRows rows there are
 */
public record Paging(int page, int pageSize, long totalRows) {
    /** Rows a page of the portal has. */
    static final int PAGE_SIZE = 25;

    /** Beyond any table's end, and small enough for the beans. */
    private static final int LAST_PAGE = 100_000;

    /** The page a browser asked for, 1 being the first; anything that is no page number is the first. */
    static int pageFrom(String parameter) {
        try {
            return parameter == null ? 0 : Math.clamp(Integer.parseInt(parameter.strip()) - 1L, 0, LAST_PAGE);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** The first row shown, counted from 1; 0 if there is none. */
    public long first() {
        return totalRows == 0 ? 0 : Math.min((long) page * pageSize + 1, totalRows);
    }

    /** The last row shown. */
    public long last() {
        return Math.min((page + 1L) * pageSize, totalRows);
    }

    /** Whether there are earlier pages. */
    public boolean hasPrevious() {
        return page > 0;
    }

    /** Whether there are further pages. */
    public boolean hasNext() {
        return (page + 1L) * pageSize < totalRows;
    }

    /** The number of the page before, as addresses have it. */
    public int previous() {
        return page;
    }

    /** The number of the page after, as addresses have it. */
    public int next() {
        return page + 2;
    }
}
