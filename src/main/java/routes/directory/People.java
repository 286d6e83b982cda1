package routes.directory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import routes.pipeline.Meters;

/** What the directories have said of people, in a cache of bounded size. */
public final class People {
    /** What an entry takes beside its fields: keys, nodes, headers; seen in a heap dump. */
    private static final int ENTRY_BYTES = 300;

    private final Cache<PersonId, PersonFields> cache;
    private final Counter fromCache;
    private final Counter asked;
    private final Counter notFound;

    /**
     * @param cacheBytes most memory that the cache takes, about
     * @param found how long a person is remembered
     * @param missing how long it is remembered that somebody is in no directory
     */
    People(
            long cacheBytes,
            Duration found,
            Duration missing,
            Ticker ticker,
            MeterRegistry registry) {
        cache =
                Caffeine.newBuilder()
                        .maximumWeight(cacheBytes)
                        .weigher(
                                (PersonId id, PersonFields fields) ->
                                        ENTRY_BYTES
                                                + 2 * id.id().length()
                                                + (fields.known() ? fields.bytes() : 0))
                        .expireAfter(
                                Expiry.writing(
                                        (PersonId id, PersonFields fields) ->
                                                fields.known() ? found : missing))
                        .ticker(ticker)
                        .build();
        Meters meters = new Meters(registry, "caravan.attendance.", Tags.empty());
        fromCache = meters.counter("people.cached", "People of a batch who were in the cache");
        asked =
                meters.counter(
                        "people.asked", "People of a batch whom the directories were asked for");
        notFound =
                meters.counter("people.not.found", "Times that a directory did not know a person");
        meters.gauge("cache.people", "People in the cache, unknown ones too", cache::estimatedSize);
        meters.gauge(
                "cache.bytes",
                "Memory of the cache, approximately",
                () -> cache.policy().eviction().orElseThrow().weightedSize().orElse(0));
    }

    /**
     * Who is in the cache, and who is missing there.
     *
     * @param ids may name a person many times
     */
    public Lookup lookUp(Collection<PersonId> ids) {
        Lookup lookup = new Lookup(ids, cache.getAllPresent(ids));
        fromCache.increment(lookup.found());
        asked.increment(lookup.getMissing().size());
        return lookup;
    }

    /** Remembers whom a directory has. */
    public Lookup found(
            @ExchangeProperty(DirectoriesRoute.LOOKUP) Lookup lookup,
            @Body Map<PersonId, Person> people) {
        people.forEach((id, person) -> remember(lookup, id, PersonFields.of(id.kind(), person)));
        return lookup;
    }

    /** Remembers that no directory has those who are still missing. */
    public void unknown(Lookup lookup) {
        notFound.increment(lookup.getMissing().size());
        for (PersonId id : List.copyOf(lookup.getMissing())) {
            remember(lookup, id, PersonFields.unknown(id.kind()));
        }
    }

    private void remember(Lookup lookup, PersonId id, PersonFields fields) {
        cache.put(id, fields);
        lookup.add(id, fields);
    }
}
