package routes.attendance;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The directories, one after the other, behind a cache of bounded size: each is asked once a batch,
 * for those who are neither in the cache nor in a directory before it.
 */
final class People {
    /** What an entry takes beside its fields: keys, nodes, headers; seen in a heap dump. */
    private static final int ENTRY_BYTES = 300;

    private final List<Directory> directories;
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
            List<Directory> directories,
            long cacheBytes,
            Duration found,
            Duration missing,
            Ticker ticker,
            MeterRegistry registry) {
        this.directories = List.copyOf(directories);
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
        fromCache =
                Counter.builder("caravan.attendance.people.cached")
                        .description("People of a batch who were in the cache")
                        .register(registry);
        asked =
                Counter.builder("caravan.attendance.people.asked")
                        .description("People of a batch whom the directories were asked for")
                        .register(registry);
        notFound =
                Counter.builder("caravan.attendance.people.not.found")
                        .description("Answers of the directories that they do not know a person")
                        .register(registry);
        Gauge.builder("caravan.attendance.cache.people", cache, Cache::estimatedSize)
                .description("People in the cache, unknown ones too")
                .register(registry);
        Gauge.builder(
                        "caravan.attendance.cache.bytes",
                        cache,
                        all -> all.policy().eviction().orElseThrow().weightedSize().orElse(0))
                .description("Memory that the cache takes, about")
                .baseUnit("bytes")
                .register(registry);
    }

    /**
     * Everybody who is asked for, with null fields those who are in no directory.
     *
     * @param ids may name a person many times
     * @throws DirectoryUnavailable when a directory cannot say; what is known by then stays known
     */
    Map<PersonId, PersonFields> find(Collection<PersonId> ids) throws DirectoryUnavailable {
        Map<PersonId, PersonFields> people = new HashMap<>(ids.size());
        Set<PersonId> missing = new HashSet<>();
        for (PersonId id : ids) {
            if (people.containsKey(id)) {
                continue;
            }
            PersonFields fields = cache.getIfPresent(id);
            if (fields == null) {
                missing.add(id);
            } else {
                people.put(id, fields);
            }
        }
        fromCache.increment(people.size());
        asked.increment(missing.size());
        for (Directory directory : directories) {
            if (missing.isEmpty()) {
                break;
            }
            directory
                    .find(missing)
                    .forEach(
                            (id, person) -> {
                                PersonFields fields = PersonFields.of(id.kind(), person);
                                cache.put(id, fields);
                                people.put(id, fields);
                            });
            missing.removeAll(people.keySet());
        }
        notFound.increment(missing.size());
        for (PersonId id : missing) {
            PersonFields unknown = PersonFields.unknown(id.kind());
            cache.put(id, unknown);
            people.put(id, unknown);
        }
        return people;
    }
}
