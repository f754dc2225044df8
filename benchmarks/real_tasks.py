"Ten questions with known answers about contexts of 2 KB to 300 KB, made from a seed; `real.py` asks them. What they cannot see: an answer that holds the right one among others counts as right"
import datetime,json,random,re

words = '''the harbour wind road quiet market letter river stone winter garden engine copper morning valley window paper silver bridge market
orchard lantern station number of a long story about people who walked and talked and waited for news from town'''.split()
names = 'Ada Moore','Ben Okafor','Cleo Janssen','Dev Patel','Eva Lindqvist','Farid Amini','Gia Rossi'
first,last = 'Ann Bo Cy Di Ed Fay Gus Hal'.split(),'Stone Field Marsh Lake Wood'.split()
cities = 'Oslo Lima Cairo Perth Quito Turin'.split()
good = 'I loved it, wonderful service.','Great value and very tasty.','Fantastic, will come again.','The staff were friendly and the food was superb.'
bad = 'Terrible, I want my money back.','The soup was cold and the waiter rude.','Awful experience, never again.','Dirty tables and a stale dessert.'

# Checks: `answer -> bool`

def numbers(answer): return [int(o.replace(',', '')) for o in re.findall(r'-?\d[\d,]*', str(answer)) if len(o)<=30]

def has_number(n): return lambda answer: n in numbers(answer)

def has_word(s): return lambda answer: s.lower() in str(answer).lower()

def has_codes(codes): return lambda answer: set(re.findall(r'P\d{4}', str(answer)))==set(codes)

def ends_near(n): return lambda answer: any(abs(o-n)<=2 for o in numbers(answer)[-1:])

# Makers: a source of randomness -> context, question, check

def prose(rand, n):
    "Sentences of `n` characters in all, or a few more"
    res,size = [],0
    while size<n:
        res.append(' '.join(rand.choice(words) for _ in range(rand.randint(8, 16))).capitalize() + '. ')
        size += len(res[-1])
    return res

def hide(rand, sentences, sentence): sentences.insert(rand.randrange(len(sentences)), sentence)

def needle(rand):
    "One sentence in 300,000 characters of prose"
    text,n = prose(rand, 300_000),rand.randint(10**6, 10**7-1)
    hide(rand, text, f'One of the special magic numbers for amber-falcon is: {n}. ')
    return ''.join(text),'What is the special magic number for amber-falcon mentioned in the text?',has_number(n)

def count(rand):
    "Lines of a log"
    levels = [rand.choices(['INFO','WARN','ERROR','DEBUG'], [70, 15, 5, 10])[0] for _ in range(5000)]
    def line(level):
        when = f'2026-03-{rand.randint(1, 28):02d} {rand.randint(0, 23):02d}:{rand.randint(0, 59):02d}'
        return f'{when} [{level}] worker-{rand.randint(1, 9)} job {rand.randint(100, 999)} finished'
    return '\n'.join(map(line, levels)),'How many log lines have the level ERROR?',has_number(levels.count('ERROR'))

def total(rand):
    "A column of a CSV file, for one value of another"
    rows = [(i, rand.choice(['North','South','East','West']), rand.choice(['apple','pear','plum']), rand.randint(1, 90)) for i in range(8000)]
    text = '\n'.join(['order_id,region,product,amount', *(','.join(map(str, o)) for o in rows)])
    return text,'What is the total amount of all orders in the region North?',has_number(sum(o[3] for o in rows if o[1]=='North'))

def most(rand):
    "Who stands most often"
    who = [rand.choices(names, [3, 4, 5, 9, 4, 3, 2])[0] for _ in range(4000)]
    text = '\n'.join(f'{o} bought item {rand.randint(1, 500)} on day {rand.randint(1, 365)}' for o in who)
    return text,'Who bought the most items?',has_word(max(names, key=who.count).split()[1])

def lookup(rand):
    "A record of a JSON list"
    def person(i): return dict(id=1000+i, name=f'{rand.choice(first)} {rand.choice(last)}', city=rand.choice(cities), age=rand.randint(18, 90))
    people = [person(i) for i in range(3000)]
    p = rand.choice(people)
    return json.dumps(people),f"In which city does the person with id {p['id']} live?",has_word(p['city'])

def two_hops(rand):
    "One sentence leads to another"
    text,boss,room = prose(rand, 200_000),rand.choice(names),rand.randint(100, 999)
    hide(rand, text, f'The manager of Ivo Brandt is {boss}. ')
    hide(rand, text, f'The office of {boss} is room {room}. ')
    for o in names:
        if o==boss: continue
        at = rand.randrange(len(text))
        text.insert(at, f'The office of {o} is room {rand.randint(100, 999)}. ')
    return ''.join(text),"What is the room number of the office of Ivo Brandt's manager?",has_number(room)

def least(rand):
    "The rarest value"
    colours = [rand.choices(['red','green','blue','yellow'], [40, 30, 20, 10])[0] for _ in range(6000)]
    text = '\n'.join(f'Item {i}: size {rand.randint(1, 40)}, colour {o}' for i,o in enumerate(colours))
    return text,'Which colour is the least frequent among the items?',has_word('yellow')

def latest(rand):
    "The last date with a condition"
    days = [(datetime.date(2024, 1, 1)+datetime.timedelta(rand.randrange(700)), rand.choice(['open','closed'])) for _ in range(4000)]
    text = '\n'.join(f'ticket {i}; date {day.isoformat()}; status {status}' for i,(day,status) in enumerate(days))
    end = max(day for day,status in days if status=='closed')
    return text,'What is the latest date of a ticket with status closed? Give it as YYYY-MM-DD.',has_word(end.isoformat())

def listed(rand):
    "All records above a bound"
    prices = [rand.randint(1, 950) for _ in range(4000)]
    dear = rand.sample(range(4000), 3)
    for i in dear: prices[i] = rand.randint(1000, 1200)
    text = '\n'.join(f'P{i:04d}\tprice={o}' for i,o in enumerate(prices))
    return text,'Which products have a price above 1000? List their codes.',has_codes([f'P{i:04d}' for i in dear if prices[i]>1000])

def semantic(rand):
    "What no word of the text settles; within 2 of the number is right"
    negative = [rand.random()<.35 for _ in range(40)]
    text = '\n'.join(f'Review {i}: {rand.choice(bad if o else good)} Visited in week {rand.randint(1, 52)}.' for i,o in enumerate(negative))
    return text,'How many of the reviews are negative?',ends_near(sum(negative))

makers = dict(needle=needle, count=count, sum=total, most=most, lookup=lookup, hop=two_hops, least=least, latest=latest, list=listed, semantic=semantic)

def tasks(seed=0):
    "`(name, context, query, check)` of each task; the same for the same seed"
    rand = random.Random(seed)
    return [(nm, *make(rand)) for nm,make in makers.items()]
