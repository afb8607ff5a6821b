package io.intramuros.usage;

import jakarta.ejb.ApplicationException;

/** There is no such page. */
@ApplicationException
public class InvalidPageException extends RuntimeException {
    InvalidPageException(int page, int pageSize) {
        super("Page " + page + " of " + pageSize + " rows: pages count from 0 and have 1 to "
                + UsageService.MOST_PAGE_SIZE + " rows.");
    }
}
