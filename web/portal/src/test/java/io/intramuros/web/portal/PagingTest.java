package io.intramuros.web.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PagingTest {
    @Test
    void theFirstPageHasNoneBefore() {
        Paging first = new Paging(0, 25, 60);
        assertFalse(first.hasPrevious());
        assertTrue(first.hasNext());
        assertEquals(1, first.first());
        assertEquals(25, first.last());
        assertEquals(2, first.next());
    }

    @Test
    void theLastPageHasNoneAfterAndMayBeShort() {
        Paging last = new Paging(2, 25, 60);
        assertTrue(last.hasPrevious());
        assertFalse(last.hasNext());
        assertEquals(51, last.first());
        assertEquals(60, last.last());
        assertEquals(2, last.previous());
    }

    @Test
    void anEmptyTableHasNoRows() {
        assertEquals(0, new Paging(0, 25, 0).first());
        assertEquals(0, new Paging(0, 25, 0).last());
    }

    @Test
    void whatIsNoPageNumberIsTheFirstPage() {
        assertEquals(0, Paging.pageFrom(null));
        assertEquals(0, Paging.pageFrom("x"));
        assertEquals(0, Paging.pageFrom("-3"));
        assertEquals(0, Paging.pageFrom("99999999999"));
        assertEquals(2, Paging.pageFrom(" 3 "));
    }
}
